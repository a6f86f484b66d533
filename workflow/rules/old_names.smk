# Names that the rules of figures and report still use; to be removed with the last of them.

from manyeyes.groups import GROUPS
from manyeyes.running.unfinished import missing

FIRST = ONE_OF_EACH
MASK, MASKED = PATHS.mask, FILES.masked
SHARED_CELLS = FILES.shared_cells
FIBSEM_TWIN = CHAIN is not None and CHAIN.is_twin
code_of, ours, contents_of = CHECKOUT.code_of, CHECKOUT.file, CHECKOUT.contents_of
segmentation_of, drawing_of = PATHS.segmentation_of, PATHS.drawing_of
imitation_of = lambda cell: PATHS.imitation.format(**vars(cell)).removesuffix(".tif")
files_of_chain = lambda: CHAIN.files_of_figures()
compared_megavoxels = lambda: CHAIN.compared_megavoxels
megabytes, minutes, volumes, submission = ASK.mb, ASK.minutes, ASK.disk, ASK.submission
truth_of, mask_of = INPUTS.truth, INPUTS.mask
cells_on_image = lambda wildcards: FILES.cells_on_image(wildcards.dataset, wildcards.filter)
drawn_by_hand = lambda wildcards: FILES.cells_drawn_by_hand(wildcards.dataset, wildcards.filter)
files_of_warnings, tables_of_study = FILES.warnings, FILES.tables
about_paper = FILES.is_about_paper
is_pending = lambda path: bool(NOTED) and path in NOTED["pending"]
