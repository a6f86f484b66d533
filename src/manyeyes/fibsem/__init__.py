"""The FIB-SEM baseline: a slice-and-view acquisition, and the way from its slices to a fraction.

The chain, one module each: `stack` (is it all there?), `destripe`, `align`, `shear`, `crop`,
`denoise`, `watershed`, `pores`, `resample`. `acquisition` makes a stack of a twin electrode whose
every fault is known, `scores` compares with that, `sampling` says how far blocks of one electrode
differ. Everything takes and gives slices (y, x) one after the other, or volumes (z, y, x) whose z
is the direction of slicing.
"""
