# Reads a file by R's sf and sums its columns c4 to c11. usage: sf_read.R FILE
suppressPackageStartupMessages(library(sf))
begun <- proc.time()[["elapsed"]]
frame <- st_read(commandArgs(TRUE)[1], quiet = TRUE)
cat(sprintf("search %.6f\n", proc.time()[["elapsed"]] - begun))
for (i in 4:11) cat(sprintf("sum %.17g\n", sum(frame[[paste0("c", i)]])))
