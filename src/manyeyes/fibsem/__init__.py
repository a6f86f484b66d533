"""The FIB-SEM baseline: a slice-and-view acquisition, and the chain from its slices to a fraction.

The chain, one module per step: `stack` (is it complete?), `destripe`, `align`, `shear`, `crop`,
`denoise`, `watershed`, `pores`, `resample`. `acquisition` makes a stack of a twin electrode whose
faults are known, `scores` compares with these, `sampling` says how far blocks of one electrode
differ. Slices are (y, x), volumes (z, y, x) with z along the direction of slicing. Labels have two
phases, active material and the rest.
"""
