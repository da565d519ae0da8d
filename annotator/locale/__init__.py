"""The words of the pages in other languages: a `.po` file a language, read as they stand (`annotator.web.frame.language`)."""
