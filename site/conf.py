"Sphinx builds the site from what tools/website.py has put beside this file: run `make site`"
project, author = 'The Whole Game', 'The Whole Game'
extensions = ['myst_nb']
nb_execution_mode = 'off'
myst_heading_anchors = 4
html_theme, html_title, html_static_path, html_css_files = 'sphinx_book_theme', 'The Whole Game', ['_static'], ['site.css']
html_js_files = [('site.js', {'defer': 'defer'})]
html_show_copyright = html_show_sourcelink = html_copy_source = False
html_context = {'default_mode': 'auto'}
html_theme_options = dict(show_toc_level=2, home_page_in_toc=True, use_download_button=False,
                          use_fullscreen_button=False, navbar_start=[], navbar_center=[], navbar_end=[],
                          navbar_persistent=[])
