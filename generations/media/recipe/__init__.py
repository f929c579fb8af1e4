"""Recipes inside files: what a picture or clip was made from, written when somebody takes it along, and read again.

Writing changes no stored file and no pixel: each format names the places of its metadata, so a file with a recipe is
the stored bytes with a few others spliced in (`splicing`). Beside the recipe stands the label that Chinese rules ask
for in what a machine has made (`label`). Reading trusts nothing: every length is checked against a limit before
anything is read or unpacked, and no parser of XML or EXIF sees the file.
"""
