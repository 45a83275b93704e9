"""The Amazon States Language as Step Functions was seen to run it: `./dev conform asl --vectors FILE`."""
