"""Reads the Bicep files of infra/ and says what is wrong with them: there is no Bicep compiler where this is written."""
