"""Which functions may run in the child, and what the server loads before the first one."""

TASKS: tuple[str, ...] = (
    "drillreg.documents.merging:bind",
    "drillreg.documents.merging:take_in",
    "drillreg.documents.raster:draw_figures",
    "drillreg.documents.raster:open_pdf",
    "drillreg.documents.reading_word:read_word",
    "drillreg.documents.render:render",
    "drillreg.documents.render:render_parts",
    "drillreg.documents.texts:read_text",
    "drillreg.files.images:clean_photo",
    "drillreg.geo.packing:pack_features",
    "drillreg.geo.packing:pack_kml",
    "drillreg.geo.packing:pack_shapefile",
    "drillreg.geo.reading:read_features",
    "drillreg.sheets.read:read_sheet",
    "drillreg.workdays.reading:read_days_task",
)

# Loaded once in the server, so that a child starts with them.
PRELOAD = (
    "weasyprint",
    "pyogrio",
    "geopandas",
    "shapely",
    "pyproj",
    "PIL.Image",
    "pypdfium2",
    "pypdf",
    "mammoth",
)

# Called once in the server after loading, without arguments.
WARM_UPS = ("drillreg.documents.render:warm_up",)

# Everything else GDAL brings can read other files by name (VRT, GDALG, CSV, SQLite …).
GDAL_DRIVERS = ("ESRI Shapefile", "GeoJSON", "GPKG", "KML", "LIBKML", "MEM", "Memory")
