"""Model electrodes whose truth is known: described once, rasterised at any voxel size and place."""
