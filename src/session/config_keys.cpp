// SPDX-License-Identifier: GPL-2.0-or-later
// The table of keys that the bridge answers for, the renamed keys, and the value rules.
#include "session/config_keys.h"

#include <algorithm>
#include <vector>

#include "ocpp/literals.h"
#include "ocpp/text.h"

namespace session {

using namespace ocpp;

namespace {

constexpr Owner Ch = Owner::Charger, Br = Owner::Bridge, Fb = Owner::Fallback, No = Owner::Nobody;

// CK-4. 1.2 cannot be asked, so what others fall back to is the bridge's there (CK-6).
constexpr KeyRow rows[] = {
    // key                              access             1.2 1.5 1.6
    {"AuthorizationKey", Access::Write, Br, Br, Br},
    {"SecurityProfile", Access::ReadWrite, Br, Br, Br},
    {"CpoName", Access::ReadWrite, No, No, No},
    {"AdditionalRootCertificateCheck", Access::Read, No, No, No},
    {"CertificateSignedMaxChainSize", Access::Read, No, No, No},
    {"CertificateStoreMaxLength", Access::Read, No, No, No},
    {"WebSocketPingInterval", Access::ReadWrite, Br, Br, Br},
    {"SupportedFeatureProfiles", Access::Read, Br, Br, Ch},
    {"NumberOfConnectors", Access::Read, Br, Br, Fb},
    {"GetConfigurationMaxKeys", Access::Read, Br, Br, Ch},
    {"TransactionMessageAttempts", Access::ReadWrite, Br, Br, Fb},
    {"TransactionMessageRetryInterval", Access::ReadWrite, Br, Br, Fb},
    {"HeartbeatInterval", Access::ReadWrite, Fb, Fb, Ch},
    {"SupportedFileTransferProtocols", Access::Read, Br, Br, Ch},
};

// CK-1: the only key whose name differs.
struct Renamed {
  std::string_view older, v16;
};
constexpr Renamed renamed[] = {{"HeartBeatInterval", "HeartbeatInterval"}};

constexpr std::string_view measurandLists[] = {"MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData",
                                               "StopTxnAlignedData"};

/// `Current.Import.L1` -> `Current.Import`
std::string_view withoutPhase(std::string_view measurand) {
  for (const auto& row : Literals<Phase>::rows) {
    const std::string_view phase = row.columns[column(Encoding::Json16)].text;
    if (measurand.size() <= phase.size() + 1) continue;
    const std::size_t dot = measurand.size() - phase.size() - 1;
    if (measurand[dot] == '.' && equalFold(measurand.substr(dot + 1), phase)) return measurand.substr(0, dot);
  }
  return measurand;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

KeyRows keyRows() { return {std::begin(rows), std::end(rows)}; }

const KeyRow* findKey(std::string_view key) {
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const KeyRow& r) { return sameKey(r.key, key); });
  return row == std::end(rows) ? nullptr : row;
}

Owner ownerOf(std::string_view key, Version version) {
  const KeyRow* row = findKey(key);
  if (!row) return Owner::Charger;
  return version == Version::V12 ? row->v12 : version == Version::V15 ? row->v15 : row->v16;
}

std::string_view keyFor(Version version, std::string_view key) {
  for (const Renamed& row : renamed)
    if (equalFold(key, row.v16)) return version == Version::V16 ? row.v16 : row.older;  // the fold covers both
  return key;
}

std::string_view otherSpelling(std::string_view key) {
  for (const Renamed& row : renamed) {
    if (key == row.older) return row.v16;
    if (key == row.v16) return row.older;
  }
  return {};
}

bool sameKey(std::string_view a, std::string_view b) {
  return equalFold(keyFor(Version::V16, a), keyFor(Version::V16, b));
}

bool isMeasurandList(std::string_view key) {
  return std::any_of(std::begin(measurandLists), std::end(measurandLists), [&](auto k) { return equalFold(k, key); });
}

std::optional<std::string> measurandsFor15(std::string_view list) {
  std::vector<std::string_view> kept;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = withoutPhase(trimmed(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
    const auto known = read<Measurand>(element, Encoding::Soap15);
    if (!known || !has(known->value, Encoding::Soap15)) return std::nullopt;
    const std::string_view literal = write(known->value, Encoding::Soap15);
    if (std::find(kept.begin(), kept.end(), literal) == kept.end()) kept.push_back(literal);
  }
  std::string joined;
  for (const std::string_view each : kept) {
    if (!joined.empty()) joined += ',';
    joined += each;
  }
  return joined;
}

std::optional<std::string> hexBytes(std::string_view digits) {
  if (digits.size() < 32 || digits.size() > 40 || digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hexDigit(digits[i]), low = hexDigit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace session
