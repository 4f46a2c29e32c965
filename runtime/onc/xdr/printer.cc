#include <onc/xdr/printer.h>
