"""The tables: what stands in the files for the warehouse, and what is read out of the files it sends."""

from . import cells
from .sheet import Column

_REFERENCE = (
    ("reference", "our reference", "order", "order number", "order no"),
    ("参考号", "客户参考号", "订单号", "客户单号"),
)
_SKU = (("sku", "item", "item code", "product code"), ("SKU编码", "产品编码", "商品编码", "货号"))
_WAREHOUSE = (("warehouse", "warehouse code"), ("仓库", "仓库代码", "仓库编码"))
_UNITS = (("units", "quantity", "qty", "pieces"), ("数量", "件数"))
_TRACKING = (("tracking", "tracking number", "tracking no"), ("跟踪号", "快递单号", "运单号", "物流单号"))
_CARTON = (("carton", "carton number", "box", "box no"), ("箱号", "箱序号"))
_NOTE = (("note", "remark", "remarks"), ("备注",))


def _text(name, english, chinese, required=False):
    return Column(name, ((english,), (chinese,)), cells.text, required)


def _size(name, english, chinese):
    return Column(name, ((english,), (chinese,)), cells.weight, True)


STOCK = (
    Column("warehouse", _WAREHOUSE, cells.text, True),
    Column("sku", _SKU, cells.text, True),
    Column(
        "sellable",
        (("sellable", "available", "on hand", "stock"), ("可用库存", "可售", "可售数量", "库存")),
        cells.units,
        True,
    ),
    Column("reserved", (("reserved", "allocated"), ("占用", "待出库", "锁定库存")), cells.units),
    Column("damaged", (("damaged", "defective"), ("不良品", "残次", "破损")), cells.units),
    Column("inbound", (("inbound", "in transit", "expected"), ("在途", "在途库存", "待入库")), cells.units),
    Column("lot", (("lot", "batch"), ("批次", "批次号")), cells.text),
    Column("as_of", (("as of", "date", "time"), ("库存时间", "日期", "时间")), cells.time),
)
RECEIPTS = (
    Column("reference", (("reference", "asn", "notice"), ("入库单号", "参考号", "预报单号")), cells.text, True),
    Column("sku", _SKU, cells.text, True),
    Column(
        "sellable",
        (("received", "received good", "good", "sellable"), ("收货数量", "上架数量", "良品数量")),
        cells.units,
        True,
    ),
    Column("damaged", (("damaged", "received damaged"), ("破损数量", "不良品数量", "不良品")), cells.units),
    Column("carton", _CARTON, cells.units),
    Column("receipt", (("receipt", "receipt number"), ("收货单号", "收货批次")), cells.text),
    Column("at", (("received at", "date", "time"), ("收货时间", "上架时间", "日期")), cells.time),
    Column("finished", (("finished", "complete", "completed"), ("完成", "是否完成")), cells.flag),
)
SHIPMENTS = (
    Column("reference", _REFERENCE, cells.text, True),
    Column("status", (("status",), ("状态",)), cells.status),
    Column("tracking", _TRACKING, cells.text),
    Column("carrier", (("carrier", "courier"), ("承运商", "快递公司", "物流商")), cells.text),
    Column(
        "shipped_at", (("shipped at", "ship date", "shipped", "date"), ("发货时间", "出库时间", "发货日期")), cells.time
    ),
    Column("weight_kg", (("weight kg", "weight"), ("重量", "重量kg")), cells.weight),
    Column("sku", _SKU, cells.text),
    Column("units", _UNITS, cells.units),
    Column("message", (("message", "reason", "note", "remark"), ("备注", "原因", "异常原因")), cells.text),
)
RETURNS = (
    Column("number", (("return", "return number", "rma"), ("退货单号", "退件单号")), cells.text, True),
    Column("warehouse", _WAREHOUSE, cells.text, True),
    Column("sku", _SKU, cells.text, True),
    Column("units", _UNITS, cells.units, True),
    Column("grade", (("grade", "condition"), ("品级", "货品状态", "质量")), cells.grade, True),
    Column("at", (("received at", "date", "time"), ("退货时间", "收货时间", "日期")), cells.time, True),
    Column("reference", _REFERENCE, cells.text),
    Column("tracking", _TRACKING, cells.text),
    Column("reason", (("reason", "note", "remark"), ("原因", "退货原因", "备注")), cells.text),
)
BILLS = (
    Column("kind", (("kind", "charge", "fee", "fee type"), ("费用类型", "费用项", "费用名称")), cells.fee, True),
    Column("amount", (("amount", "total", "price"), ("金额", "费用", "费用金额")), cells.amount, True),
    Column("currency", (("currency",), ("币种", "币别")), cells.currency, True),
    Column("at", (("date", "charged at", "time"), ("日期", "计费时间", "费用日期")), cells.time, True),
    Column("number", (("number", "charge number", "line number"), ("费用单号", "流水号")), cells.text),
    Column("warehouse", _WAREHOUSE, cells.text),
    Column("document", (("document", "reference", "order"), ("关联单号", "单号", "订单号", "参考号")), cells.text),
    Column("sku", _SKU, cells.text),
    Column("units", _UNITS, cells.units),
    Column("basis", (("basis", "measure", "charged for"), ("计费依据", "计费量")), cells.text),
    Column("first", (("from", "period from"), ("开始日期", "计费开始")), cells.day),
    Column("last", (("to", "until", "period to"), ("结束日期", "计费结束")), cells.day),
    Column("text", _NOTE, cells.text),
)
#: What people upload: ``{kind: layout}``.
REPORTS = {"stock": STOCK, "receipts": RECEIPTS, "shipments": SHIPMENTS, "returns": RETURNS, "bills": BILLS}
#: Columns that tell the rows of a report apart, where they must.
UNIQUE = {"stock": ("warehouse", "sku", "lot")}

ORDERS = (
    Column("reference", _REFERENCE, cells.text, True),
    Column("warehouse", _WAREHOUSE, cells.text, True),
    _text("service", "service", "派送方式"),
    _text("name", "name", "收件人", True),
    _text("company", "company", "公司"),
    _text("street", "street", "地址", True),
    _text("street2", "street 2", "地址2"),
    _text("city", "city", "城市", True),
    _text("state", "state", "州省"),
    _text("postal_code", "postal code", "邮编"),
    _text("country", "country", "国家", True),
    _text("phone", "phone", "电话"),
    _text("email", "email", "邮箱"),
    Column("sku", _SKU, cells.text, True),
    Column("units", _UNITS, cells.units, True),
    _text("lot", "lot", "批次号"),
    Column("declared_value", (("declared value",), ("申报单价",)), cells.amount),
    Column("currency", (("currency",), ("币种",)), cells.currency),
    _text("order_number", "marketplace order", "平台订单号"),
    Column("note", _NOTE, cells.text),
)
NOTICES = (
    Column("reference", (("reference",), ("参考号",)), cells.text, True),
    Column("warehouse", _WAREHOUSE, cells.text, True),
    _text("transport", "transport", "运输方式", True),
    Column("eta", (("arrival",), ("预计到仓",)), cells.day, True),
    Column("tracking", _TRACKING, cells.text),
    Column("carton", _CARTON, cells.units, True),
    _size("length_cm", "length cm", "长cm"),
    _size("width_cm", "width cm", "宽cm"),
    _size("height_cm", "height cm", "高cm"),
    _size("weight_kg", "weight kg", "重量kg"),
    _text("label", "carton label", "箱唛"),
    Column("sku", _SKU, cells.text, True),
    Column("units", _UNITS, cells.units, True),
    Column("note", _NOTE, cells.text),
)
PRODUCTS = (
    Column("reference", _SKU, cells.text, True),
    _text("name", "name", "英文品名", True),
    _text("name_local", "local name", "中文品名"),
    _text("barcode", "barcode", "条码"),
    _size("weight_kg", "weight kg", "重量kg"),
    _size("length_cm", "length cm", "长cm"),
    _size("width_cm", "width cm", "宽cm"),
    _size("height_cm", "height cm", "高cm"),
    _text("declared_name", "declared name", "英文申报品名", True),
    _text("declared_name_local", "declared local name", "中文申报品名"),
    Column("declared_value", (("declared value",), ("申报单价",)), cells.amount, True),
    Column("currency", (("currency",), ("币种",)), cells.currency, True),
    _text("hs_code", "hs code", "海关编码"),
    _text("origin", "origin", "原产国"),
    Column("battery", (("battery",), ("带电",)), cells.flag),
)
#: What is written for the warehouse: ``{kind: layout}``; each has the column ``reference``.
DOCUMENTS = {"orders": ORDERS, "notices": NOTICES, "products": PRODUCTS}
