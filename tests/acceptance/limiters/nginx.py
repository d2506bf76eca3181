"""nginx with `limit_req` before a server of ours."""

from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  limit_req_zone $http_authorization zone=keys:1m rate={per_s}r/s;
  limit_req_status {status};
  upstream api {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      limit_req zone=keys burst={burst}{nodelay};
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""


def configuration(
    folder: Path, port: int, upstream: int, per_s: int, burst: int, *, delay: bool, status: int = 503
) -> Path:
    """Writes it; nginx's own default of 503 for what is refused is kept where no other status is asked for."""
    path = folder / "nginx.conf"
    nodelay = "" if delay else " nodelay"
    path.write_text(
        CONFIGURATION.format(
            folder=folder, port=port, upstream=upstream, per_s=per_s, burst=burst, nodelay=nodelay, status=status
        )
    )
    return path
