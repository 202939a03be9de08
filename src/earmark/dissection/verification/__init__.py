"""Does a description hold on clips that it was not written from, and more than chance does?"""
