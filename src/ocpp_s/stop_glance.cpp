// SPDX-License-Identifier: GPL-2.0-or-later
// Fields by their names, outside of what makes the message large.
#include "ocpp_s/stop_glance.h"

#include <charconv>
#include <optional>

#include "ocpp_s/peek.h"
#include "ocpp_s/readings.h"

namespace ocpp_s {

namespace {

template <class Number>
bool readNumber(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

}  // namespace

StopGlance glanceAtStop(std::string_view document) {
  StopGlance seen;
  const auto lighter = withoutReadings(document);
  const std::string_view text = lighter ? std::string_view(*lighter) : document;
  const auto missing = [&](const char* name) {
    seen.missing += (seen.missing.empty() ? "" : ", ") + std::string(name);
  };
  if (!readNumber(textIn(text, "transactionId"), seen.stop.transactionId.value)) missing("transactionId");
  if (const std::string_view tag = textIn(text, "idTag"); !tag.empty()) seen.stop.idTag = std::string(tag);
  const auto at = ocpp::parseDateTime(textIn(text, "timestamp"));
  if (at) seen.stop.timestamp = *at;
  seen.timestamp = at.has_value();
  if (!at) missing("timestamp");
  seen.meterStop = readNumber(textIn(text, "meterStop"), seen.stop.meterStop);
  if (!seen.meterStop) missing("meterStop");
  return seen;
}

}  // namespace ocpp_s
