// SPDX-License-Identifier: GPL-2.0-or-later
// A gSOAP context is made ready for the next document.
#pragma once

struct soap;

namespace ocpp_s {

/// What soap_begin_recv() does for a document in memory, without its clearing of 48 KB of tables for id, href and
/// pointer graphs, which stay empty in the mode SOAP_XML_TREE, and without its guesses at HTTP, MIME and DIME. Only
/// after one soap_begin_recv() on that context. Frees what earlier documents have left, also where reading them failed.
void beginReading(::soap* soap);

}  // namespace ocpp_s
