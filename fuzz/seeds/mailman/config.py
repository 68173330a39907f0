# -*- coding: utf-8 -*-
real_name = 'Sec'
description = u'Gates \xea \u00e9 \101' "and more"
msg_footer = """___
x"""
owner = ['ada@example.org', ('b', {'c': 1}),
  # no end
]
max_message_size = 40
subject_prefix = r'[\Sec] '
emergency = True
x = None
