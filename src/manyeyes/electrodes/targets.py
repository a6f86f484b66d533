"""What a model of an NMC electrode should measure: NREL's segmented cathode 1-CAL.

Measured by `manyeyes.measures.geometry` on the whole volume (251 x 301 x 301 voxels of 397 nm,
active material against the rest; NREL MATBOX, commit 904b8de, `Data_example/From computed
tomography with additives numerically generated/nmc-1-cal_generatedCBD_bridge.tif`). There is no
such volume of graphite, so its twins have no targets.
"""

NMC_TARGETS: dict[str, float] = {
    "active_fraction": 0.4995,
    "specific_surface_per_um": 0.2577,
    "mean_diameter_um": 8.85,
    "volume_weighted_diameter_um": 10.87,
    "interface_share": 0.1712,
    "chord_z_um": 6.35,
    "chord_xy_um": 8.29,
    # Standard deviation of the active fraction of cubes of 63 voxels, 25 um.
    "scatter_of_25_um_cubes": 0.046,
}
