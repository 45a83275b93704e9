-- Which texts their columns cannot hold: what is not in a column's code page becomes another character, what is too long is cut.
SET NOCOUNT ON;
DECLARE @none int{{operands}};
SELECT operand.[name]
FROM (VALUES {{held_operands}}) AS operand ([name], [asked], [held])
WHERE operand.[asked] <> operand.[held];
