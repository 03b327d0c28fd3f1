<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|Labeling|Rendering|Fields" labelsEnabled="0">
  <renderer-v2 type="graduatedSymbol" attr="density" graduatedMethod="GraduatedColor" enableorderby="0" forceraster="0" symbollevels="0">
    <ranges>
      <range lower="-1" upper="0" label="0" symbol="0" render="true"/>
      <range lower="0" upper="{{density@0.2}}" label="&gt; 0 – {{density@0.2}} /km²" symbol="1" render="true"/>
      <range lower="{{density@0.2}}" upper="{{density@0.4}}" label="{{density@0.2}} – {{density@0.4}} /km²" symbol="2" render="true"/>
      <range lower="{{density@0.4}}" upper="{{density@0.6}}" label="{{density@0.4}} – {{density@0.6}} /km²" symbol="3" render="true"/>
      <range lower="{{density@0.6}}" upper="{{density@0.8}}" label="{{density@0.6}} – {{density@0.8}} /km²" symbol="4" render="true"/>
      <range lower="{{density@0.8}}" upper="{{density@1}}" label="{{density@0.8}} – {{density@1}} /km²" symbol="5" render="true"/>
    </ranges>
    <symbols>
      <symbol type="fill" name="0" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="244,242,236,60" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="207,202,189,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="1" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="233,224,241,215" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="233,224,241,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="2" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="186,159,210,215" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="186,159,210,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="3" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="157,119,189,215" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="157,119,189,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="4" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="100,49,135,215" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="100,49,135,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="5" alpha="1" force_rhr="0" clip_to_extent="1">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="68,26,96,215" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="68,26,96,255" type="QString"/>
            <Option name="outline_style" value="no" type="QString"/>
            <Option name="outline_width" value="0.05" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <layerOpacity>1</layerOpacity>
  <layerGeometryType>2</layerGeometryType>
</qgis>
