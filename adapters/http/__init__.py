"""HTTP over urllib3: endpoints and channels. What is sent and how an answer is read is here; urllib3 knows URLs and TLS."""
