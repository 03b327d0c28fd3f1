<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|Labeling|Rendering|Fields" labelsEnabled="1">
  <renderer-v2 type="categorizedSymbol" attr="verdict" enableorderby="1" forceraster="0" symbollevels="0">
    <categories>
      <category value="met" label="{{Met|満たす}}" symbol="0" render="true" type="string"/>
      <category value="not_met" label="{{Not met|満たさない}}" symbol="1" render="true" type="string"/>
      <category value="unknown" label="{{Unknown|不明}}" symbol="2" render="true" type="string"/>
      <category value="" label="{{Not judged|判定なし}}" symbol="3" render="true" type="NULL"/>
    </categories>
    <symbols>
      <symbol type="fill" name="0" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="0,158,115,200" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="0,105,76,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.4" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="1" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="213,94,0,90" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="168,67,0,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.4" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="213,94,0,255" type="QString"/>
            <Option name="style" value="f_diagonal" type="QString"/>
            <Option name="outline_color" value="168,67,0,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.2" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="2" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="123,127,134,70" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="86,93,100,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.4" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="123,127,134,255" type="QString"/>
            <Option name="style" value="dense6" type="QString"/>
            <Option name="outline_color" value="86,93,100,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.2" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="3" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="255,255,255,60" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="29,35,39,255" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="outline_width" value="0.3" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
    <orderby>
      <orderByClause asc="1" nullsFirst="1">CASE WHEN &quot;verdict&quot; = 'not_met' THEN 2 WHEN &quot;verdict&quot; = 'met' THEN 1 ELSE 0 END</orderByClause>
    </orderby>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="{{label}}" isExpression="1" fontFamily="Noto Sans CJK JP" fontSize="8" fontSizeUnit="Point" fontWeight="75" textColor="29,35,39,255" textOpacity="1" namedStyle="">
        <text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM" bufferColor="255,255,255,230" bufferOpacity="1"/>
      </text-style>
      <placement placement="1" centroidInside="1" centroidWhole="1" dist="0" priority="5"/>
      <rendering drawLabels="1" displayAll="0" obstacle="1" obstacleFactor="2" scaleVisibility="0" scaleMin="0" scaleMax="0"/>
    </settings>
  </labeling>
  <layerOpacity>1</layerOpacity>
  <layerGeometryType>2</layerGeometryType>
</qgis>
