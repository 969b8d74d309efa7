// SPDX-License-Identifier: GPL-2.0-or-later
// Everything the store can keep of one charger: the session's records.
#pragma once

#include <string>

#include "session/effect.h"

namespace bridge {

/// One row of one table. A type without an overload in record_rows.h does not compile.
using StoredRecord = session::Record;

/// Names the row that a record is kept in: its table and its key there.
std::string keyOf(const StoredRecord& record);

}  // namespace bridge
