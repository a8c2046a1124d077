// FootprintServer
