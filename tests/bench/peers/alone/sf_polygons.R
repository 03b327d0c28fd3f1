# Points in polygons by R's sf: st_intersects on the plane of longitude and latitude.
#   sf_polygons.R FOLDER POLYGONS CODE_COLUMN RUNS     reads lon.f64 and lat.f64 there, writes sf.i32
suppressPackageStartupMessages(library(sf))
a <- commandArgs(TRUE)
invisible(suppressMessages(sf_use_s2(FALSE)))
read <- function(name) {
    path <- file.path(a[1], paste0(name, ".f64"))
    readBin(path, "double", file.size(path) / 8)
}
polygons <- st_read(a[2], quiet = TRUE)
points <- st_as_sf(data.frame(lon = read("lon"), lat = read("lat")), coords = c("lon", "lat"), crs = st_crs(polygons))
code <- as.integer(polygons[[a[3]]])
for (run in seq_len(as.integer(a[4]))) {
    begun <- proc.time()[["elapsed"]]
    inside <- suppressMessages(st_intersects(polygons, points))
    found <- rep(-1L, nrow(points))
    # where polygons overlap, the smallest code counts: it comes last
    for (i in order(-code)) found[inside[[i]]] <- code[i]
    cat(sprintf("search %.6f\n", proc.time()[["elapsed"]] - begun))
}
writeBin(found, file.path(a[1], "sf.i32"))
