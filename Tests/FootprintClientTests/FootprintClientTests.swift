// FootprintClient
