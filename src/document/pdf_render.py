"""Renders one HTML file as PDF: pdf_render.py IN.html OUT.pdf, or pdf_render.py --version.

Nothing is fetched: an address inside the document that is not a data: URI is refused.
"""
import sys


def version():
    from importlib import metadata
    return metadata.version("weasyprint")


def refuse(url, *args, **kwargs):
    from weasyprint import default_url_fetcher
    if url[:5].lower() == "data:":
        return default_url_fetcher(url, *args, **kwargs)
    raise ValueError("not fetched: " + url[:200])


def main(argv):
    if argv[1:] == ["--version"]:
        print("weasyprint " + version())
        return
    source, target = argv[1:]
    from weasyprint import HTML
    with open(source, encoding="utf-8") as f:
        text = f.read()
    HTML(string=text, url_fetcher=refuse).write_pdf(target)


if __name__ == "__main__":
    main(sys.argv)
