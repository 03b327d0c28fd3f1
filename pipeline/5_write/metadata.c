/* ISO 19139 metadata. See metadata.h. */
#include "5_write/metadata.h"

#include "5_write/written.h"
#include "technopolis/version.h"

#include <math.h>
#include <string.h>

static const char NAMESPACES[] = "xmlns:gmd=\"http://www.isotc211.org/2005/gmd\" "
                                 "xmlns:gco=\"http://www.isotc211.org/2005/gco\"";
static const char LISTS[] = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml";

/* Escaped; control characters, which XML cannot hold, become spaces. */
static void add(tp_text *xml, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        const char *entity = *c == '&' ? "&amp;" : *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : NULL;
        char plain = (unsigned char)*c < 0x20 && *c != '\n' && *c != '\t' ? ' ' : *c;
        if (entity != NULL) {
            tp_text_add(xml, "%s", entity);
        } else {
            tp_text_add_bytes(xml, &plain, 1);
        }
    }
}

static void add_string(tp_text *xml, const char *element, const char *text) {
    tp_text_add(xml, "<gmd:%s><gco:CharacterString>", element);
    add(xml, text);
    tp_text_add(xml, "</gco:CharacterString></gmd:%s>\n", element);
}

static void add_code(tp_text *xml, const char *element, const char *list, const char *value) {
    tp_text_add(xml, "<gmd:%s><gmd:%s codeList=\"%s#%s\" codeListValue=\"%s\">%s</gmd:%s></gmd:%s>\n", element, list,
                LISTS, list, value, value, list, element);
}

static void add_date(tp_text *xml) {
    char moment[TP_MOMENT_SIZE];
    tp_text_add(xml, "<gco:Date>%.10s</gco:Date>", tp_written_moment(moment));
}

static void add_head(const tp_output *output, tp_text *xml) {
    tp_text_add(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gmd:MD_Metadata %s>\n", NAMESPACES);
    add_string(xml, "language", output->run->language == 1 ? "jpn" : "eng");
    add_code(xml, "characterSet", "MD_CharacterSetCode", "utf8");
    add_code(xml, "hierarchyLevel", "MD_ScopeCode", "dataset");
    tp_text_add(xml, "<gmd:contact><gmd:CI_ResponsibleParty>\n");
    add_string(xml, "organisationName", "technopolis " TP_VERSION);
    add_code(xml, "role", "CI_RoleCode", "processor");
    tp_text_add(xml, "</gmd:CI_ResponsibleParty></gmd:contact>\n<gmd:dateStamp>");
    add_date(xml);
    tp_text_add(xml, "</gmd:dateStamp>\n");
    add_string(xml, "metadataStandardName", "ISO 19115:2003/19139");
    tp_text_add(xml, "<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier>"
                     "<gmd:RS_Identifier>\n");
    add_string(xml, "code", output->run->crs);
    tp_text_add(xml, "</gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem>"
                     "</gmd:referenceSystemInfo>\n");
}

static void add_identification(const tp_output *output, tp_text *xml) {
    const tp_run *run = output->run;
    tp_text abstract = {0};
    tp_text_add(&abstract, "Sites judged against criteria, with the evidence and the layers used");
    if (run->year != 0) {
        tp_text_add(&abstract, ", as of %lld", (long long)run->year);
    }
    for (size_t i = 0; i < output->dataset->n_profiles; i++) {
        tp_text_add(&abstract, "%s%s", i == 0 ? "; profiles: " : ", ", output->dataset->profiles[i]->id);
    }
    tp_text_add(xml, "<gmd:identificationInfo><gmd:MD_DataIdentification>\n<gmd:citation><gmd:CI_Citation>\n");
    add_string(xml, "title", run->title != NULL ? run->title : "technopolis");
    tp_text_add(xml, "<gmd:date><gmd:CI_Date><gmd:date>");
    add_date(xml);
    tp_text_add(xml, "</gmd:date>");
    add_code(xml, "dateType", "CI_DateTypeCode", "creation");
    tp_text_add(xml, "</gmd:CI_Date></gmd:date>\n</gmd:CI_Citation></gmd:citation>\n");
    add_string(xml, "abstract", tp_text_get(&abstract));
    add_string(xml, "language", run->language == 1 ? "jpn" : "eng");
    tp_text_add(xml, "<gmd:topicCategory><gmd:MD_TopicCategoryCode>planningCadastre</gmd:MD_TopicCategoryCode>"
                     "</gmd:topicCategory>\n</gmd:MD_DataIdentification></gmd:identificationInfo>\n");
    xml->lost = xml->lost || abstract.lost;
    tp_text_reset(&abstract);
}

static void add_source(const tp_source *source, tp_text *xml) {
    tp_text words = {0};
    tp_text_add(&words, "%s: %s", source->layer == NULL ? "" : source->layer, source->file == NULL ? "" : source->file);
    if (source->sha256 != NULL && source->sha256[0] != '\0') {
        tp_text_add(&words, "; SHA-256 %s", source->sha256);
    }
    tp_text_add(&words, "; %lld of %lld features kept", (long long)source->features_kept,
                (long long)source->features_read);
    if (source->crs != NULL) {
        tp_text_add(&words, "; CRS %s", source->crs);
    }
    if (source->operation != NULL && strcmp(source->operation, "none") != 0) {
        tp_text_add(&words, ", brought over by %s", source->operation);
        if (!isnan(source->accuracy_m)) {
            tp_text_add(&words, " (%g m)", source->accuracy_m);
        }
    }
    if (source->coverage != NULL) {
        tp_text_add(&words, "; coverage %s", source->coverage);
    }
    tp_text_add(xml, "<gmd:source><gmd:LI_Source>\n");
    add_string(xml, "description", tp_text_get(&words));
    tp_text_add(xml, "</gmd:LI_Source></gmd:source>\n");
    xml->lost = xml->lost || words.lost;
    tp_text_reset(&words);
}

static void add_lineage(const tp_output *output, tp_text *xml) {
    const tp_run *run = output->run;
    tp_text statement = {0};
    tp_text_add(&statement,
                "Made by technopolis %s from the configuration %s (SHA-256 %s). The tables sources, parameters and "
                "run_info hold every input, setting and version; rejects what was left out",
                TP_VERSION, run->config_name == NULL ? "" : run->config_name,
                run->config_sha256 == NULL ? "" : run->config_sha256);
    tp_text_add(xml, "<gmd:dataQualityInfo><gmd:DQ_DataQuality>\n<gmd:scope><gmd:DQ_Scope>\n");
    add_code(xml, "level", "MD_ScopeCode", "dataset");
    tp_text_add(xml, "</gmd:DQ_Scope></gmd:scope>\n<gmd:lineage><gmd:LI_Lineage>\n");
    add_string(xml, "statement", tp_text_get(&statement));
    for (size_t i = 0; i < output->dataset->n_sources; i++) {
        add_source(&output->dataset->sources[i], xml);
    }
    tp_text_add(xml, "</gmd:LI_Lineage></gmd:lineage>\n</gmd:DQ_DataQuality></gmd:dataQualityInfo>\n"
                     "</gmd:MD_Metadata>\n");
    xml->lost = xml->lost || statement.lost;
    tp_text_reset(&statement);
}

void tp_metadata_write(const tp_output *output, tp_text *xml) {
    add_head(output, xml);
    add_identification(output, xml);
    add_lineage(output, xml);
}
