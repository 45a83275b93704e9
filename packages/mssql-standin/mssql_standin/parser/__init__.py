"""The grammar of the T-SQL subset: text of a batch in, a syntax tree or an error out."""
