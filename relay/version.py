"""Which release of the relay this is; CHANGELOG.md says what each of them brought."""

VERSION = "0.1.0"
