// SPDX-License-Identifier: GPL-2.0-or-later
// Limits are taken from the types of the fields, so that no message is forgotten.
#include "session/fit.h"

#include <algorithm>

#include "ocpp/text.h"

namespace session {

using namespace ocpp;

namespace {

template <class T>
struct HasLimit : std::false_type {};
template <std::size_t Max>
struct HasLimit<Text<Max>> : std::true_type {};
template <std::size_t Max>
struct HasLimit<Opaque<Max>> : std::true_type {};

template <class T>
struct IsName : std::is_same<T, IdToken> {};
template <std::size_t Max>
struct IsName<Key<Max>> : std::true_type {};

template <class Message>
int cutTexts(Message& message) {
  int cut = 0;
  forEachLeaf(message, [&](auto& leaf) {
    using Leaf = std::remove_reference_t<decltype(leaf)>;
    if constexpr (HasLimit<Leaf>::value) {
      const std::size_t fits = cutTo(leaf, Leaf::limit).size();
      if (fits < leaf.size()) leaf.resize(fits), ++cut;
    }
  });
  return cut;
}

template <std::size_t Max>
void dropEmpty(std::optional<Text<Max>>& text) {
  if (text && text->empty()) text.reset();
}

template <class Payload>
void allToUtc(Payload& payload, const ToUtc& convert) {
  std::visit(
      [&](auto& message) {
        forEach<DateTime>(message, [&](DateTime& time) {
          if (time.zoned) return;
          time = {convert(time.at), true};
        });
      },
      payload);
}

}  // namespace

int fitRequest(Request& request) {
  if (auto* boot = std::get_if<BootNotification::Request>(&request)) {
    if (trimmed(boot->chargePointVendor).empty()) boot->chargePointVendor = "Unknown";
    if (trimmed(boot->chargePointModel).empty()) boot->chargePointModel = "Unknown";
    dropEmpty(boot->chargePointSerialNumber), dropEmpty(boot->chargeBoxSerialNumber);
    dropEmpty(boot->firmwareVersion), dropEmpty(boot->iccid), dropEmpty(boot->imsi);
    dropEmpty(boot->meterType), dropEmpty(boot->meterSerialNumber);
  }
  return std::visit([](auto& message) { return cutTexts(message); }, request);
}

int fitResponse(Response& response) {
  int cut = 0;
  if (auto* diagnostics = std::get_if<GetDiagnostics::Response>(&response)) {
    dropEmpty(diagnostics->fileName);
    auto& name = diagnostics->fileName;
    if (name && codePoints(*name) > 255) name = std::string(cutToEnd(*name, 255)), ++cut;
  }
  if (auto* configuration = std::get_if<GetConfiguration::Response>(&response)) {
    auto& keys = configuration->configurationKey;
    for (std::size_t i = keys.size(); i-- > 0;)
      if (codePoints(keys[i].key) > 50) keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(i)), ++cut;
  }
  return cut + std::visit([](auto& message) { return cutTexts(message); }, response);
}

void toUtc(Request& request, const ToUtc& convert) { allToUtc(request, convert); }
void toUtc(Response& response, const ToUtc& convert) { allToUtc(response, convert); }

std::optional<Fault> unfitForXml(const Request& request) {
  bool fits = true;
  std::visit(
      [&](const auto& message) {
        forEachLeaf(message, [&](const auto& leaf) {
          using Leaf = std::remove_const_t<std::remove_reference_t<decltype(leaf)>>;
          if constexpr (IsName<Leaf>::value) fits = fits && isXmlText(leaf);
        });
      },
      request);
  if (fits) return std::nullopt;
  return Fault{FaultCode::PropertyConstraintViolation, "an idTag or key holds a character that XML cannot carry"};
}

bool TagAliases::tooLong(std::string_view idTag) { return idTag.size() > 20 && codePoints(idTag) > 20; }

std::string TagAliases::aliasOf(const std::string& idTag, const std::function<std::string(std::string_view)>& sha1Hex) {
  std::string upper = idTag;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return "#" + sha1Hex(upper).substr(0, 19);
}

bool TagAliases::knows(std::string_view alias) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.alias == alias; });
}

std::optional<TagAliases::Entry> TagAliases::makeRoom() {
  if (entries_.size() < most) return std::nullopt;
  Entry oldest = std::move(entries_.front());
  entries_.erase(entries_.begin());
  return oldest;
}

void TagAliases::putBack(Request& request) const {
  if (entries_.empty()) return;
  std::visit(
      [&](auto& message) {
        forEach<IdToken>(message, [&](IdToken& tag) {
          for (const Entry& entry : entries_)
            if (equalFold(entry.alias, tag)) {
              tag = IdToken(entry.idTag);
              break;
            }
        });
      },
      request);
}

}  // namespace session
