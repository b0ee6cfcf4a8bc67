#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the annex of the demo letter, a small workbook: xlsx.py OUT.xlsx

The parts that ECMA-376-1 §12.3 and §15.2 ask of a spreadsheet, no more; same
input, same bytes.
"""
import sys
import zipfile
from xml.sax.saxutils import escape

HEAD = ('STT', 'Tên thiết bị', 'Năm đưa vào sử dụng', 'Số lượng', 'Tình trạng',
        'Đề nghị')
ROWS = (
    (1, 'Máy tính để bàn', 2021, 6, 'Hoạt động tốt', ''),
    (2, 'Máy quét tài liệu', 2019, 2, '01 máy hỏng', 'Thay thế 01 máy'),
    (3, 'Máy in', 2020, 3, 'Hoạt động tốt', ''),
    (4, 'Thiết bị đọc thẻ căn cước', 2024, 2, 'Hoạt động tốt',
     'Bổ sung 01 thiết bị'),
)

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OOXML = 'http://schemas.openxmlformats.org/'
PARTS = {
    '[Content_Types].xml': XML
    + '<Types xmlns="%spackage/2006/content-types">' % OOXML
    + '<Default Extension="rels" ContentType="application/'
      'vnd.openxmlformats-package.relationships+xml"/>'
      '<Default Extension="xml" ContentType="application/xml"/>'
      '<Override PartName="/xl/workbook.xml" ContentType="application/'
      'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
      '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
      '"application/vnd.openxmlformats-officedocument.spreadsheetml.'
      'worksheet+xml"/></Types>',
    '_rels/.rels': XML
    + '<Relationships xmlns="%spackage/2006/relationships">' % OOXML
    + '<Relationship Id="r1" Type="%sofficeDocument/2006/relationships/'
      'officeDocument" Target="xl/workbook.xml"/></Relationships>' % OOXML,
    'xl/workbook.xml': XML
    + '<workbook xmlns="%sspreadsheetml/2006/main" xmlns:r="%sofficeDocument/'
      '2006/relationships"><sheets><sheet name="Bảng kê" sheetId="1" '
      'r:id="r1"/></sheets></workbook>' % (OOXML, OOXML),
    'xl/_rels/workbook.xml.rels': XML
    + '<Relationships xmlns="%spackage/2006/relationships">' % OOXML
    + '<Relationship Id="r1" Type="%sofficeDocument/2006/relationships/'
      'worksheet" Target="worksheets/sheet1.xml"/></Relationships>' % OOXML,
}


def cell(value, column, row):
    at = '%s%d' % (chr(ord('A') + column), row)
    if isinstance(value, int):
        return '<c r="%s"><v>%d</v></c>' % (at, value)
    return ('<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'
            % (at, escape(value)))


def sheet():
    rows = []
    for r, values in enumerate((HEAD,) + ROWS, 1):
        cells = ''.join(cell(v, c, r) for c, v in enumerate(values))
        rows.append('<row r="%d">%s</row>' % (r, cells))
    return (XML + '<worksheet xmlns="%sspreadsheetml/2006/main"><sheetData>%s'
            '</sheetData></worksheet>' % (OOXML, ''.join(rows)))


def main():
    if len(sys.argv) != 2:
        sys.stderr.write(__doc__)
        return 64
    with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
        for name, text in {**PARTS,
                           'xl/worksheets/sheet1.xml': sheet()}.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text.encode())
    return 0


if __name__ == '__main__':
    sys.exit(main())
