"""Which release of the relay this is, .dev0 on the way to it; CHANGELOG.md says what each of them brought."""

VERSION = "0.4.0.dev0"
