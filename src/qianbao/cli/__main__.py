"""`python -m qianbao.cli`, the same as `qianbao`."""

from qianbao.cli import main

main()
