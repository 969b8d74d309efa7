// SPDX-License-Identifier: GPL-2.0-or-later
// The chargers as JSON.
#include "bridge/callback_report.h"

#include "bridge/charger.h"
#include "bridge/quirk_report.h"

namespace bridge {

namespace {
nlohmann::json describe(const Charger& charger) {
  const CallbackBook& book = charger.callback();
  nlohmann::json out = {{"callback", book.url()}, {"standing", standingWord(book.standing())}};
  const auto time = [&](const char* key, const std::optional<ocpp::Instant>& at) {
    if (at) out[key] = ocpp::formatDateTime(*at, ocpp::Fraction::None);
  };
  const auto word = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = text;
  };
  time("since", book.since());
  time("lastAnswer", book.lastWorked());
  word("lastFailure", book.lastFailure());
  word("waiting", book.waiting());
  word("remark", charger.callbackRemark());
  out["backend"] = charger.backend().name();
  if (charger.leaving()) out["leaving"] = true;
  if (charger.next()) {
    out["movingTo"] = charger.next()->name();
    out["waitsFor"] = charger.waitsFor();
    time("movingSince", charger.movingSince());
  }
  out["profile"] = charger.quirks().profile();
  out["tolerated"] = toleratedReport(charger.quirks().counts());
  return out;
}
}  // namespace

std::string callbackReport(const Charger& charger) {
  return describe(charger).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace bridge
