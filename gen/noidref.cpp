// SPDX-License-Identifier: GPL-2.0-or-later
// Two symbols that libgsoap++ refers to; compiled WITHOUT -DWITH_NOIDREF, unlike everything else.
#include <stdsoap2.h>

SOAP_NMAC struct Namespace namespaces[] = {{nullptr, nullptr, nullptr, nullptr}};
extern "C" SOAP_FMAC3 void SOAP_FMAC4 soap_markelement(struct soap*, const void*, int) {}
