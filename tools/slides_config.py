"JupyterLab for `make slides`: whatever a deck asks for, the browser sends nothing to any other computer"
c = get_config()  # noqa: F821 (Jupyter provides it)

c.ServerApp.tornado_settings = {'headers': {'Content-Security-Policy': '; '.join([
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
    "connect-src 'self' ws://localhost:* ws://127.0.0.1:* data: blob:",
    "frame-ancestors 'self'"])}}
c.LabApp.news_url = None
c.CheckForUpdateHandler.update_checker_class = 'jupyterlab.NeverCheckForUpdate'
