"""What a person does on the page of `manyeyes annotate`, as arrays and plain data.

`steps` says what a study asks of a person, `work` follows what they did, event by event, `runs`
holds pixels as text, `results` turns finished work into annotations.
"""
