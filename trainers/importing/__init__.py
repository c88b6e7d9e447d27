"""Reading what other programs export: how a file is written, what its columns are, what its cells mean. No database.

`files` finds out encoding, delimiter and heading; `fields` knows what a column can be and what Mindbody, Jane and Acuity call
it; `values` reads single cells; `rows` makes of a row what will be imported, or the sentences about what is wrong with it.
"""
