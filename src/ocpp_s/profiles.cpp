// SPDX-License-Identifier: GPL-2.0-or-later
// The table of profiles, and the table of signs by which chargers are recognised.
#include "ocpp_s/profiles.h"

#include "ocpp/text.h"

namespace ocpp_s {

namespace {

// Everything that reading tolerates, but for what SOAP itself allows.
constexpr Quirks tolerances() {
  Quirks all;
  for (unsigned i = 0; i <= static_cast<unsigned>(Quirk::LostTransaction); ++i)
    all.set(static_cast<Quirk>(i), static_cast<Quirk>(i) != Quirk::UnknownHeader);
  return all;
}

const std::vector<Profile> profiles = {
    {"oca", "", "the contract's own way; every charger that is not recognised", {}, {}},
    {"evlink", "", "Schneider EVlink: all it needs is tolerated by default", {}, {}},
    {"keba",
     "",
     "KEBA and its twins (ABB EVLunic): MeterValues of connector 0, or without transactionId",
     {Quirk::ConnectorZero, Quirk::FillTransaction},
     {}},
    {"bender", "", "Bender and ebee controllers: all they need is tolerated by default", {}, {}},
    {"ies", "", "IES: all it needs is tolerated by default", {}, {}},
    {"enovates", "", "eNovates: all it needs is tolerated by default", {}, {}},
    {"ksoap2", "", "ksoap2 stacks: all they need is tolerated by default", {}, {}},
    {"javaoca",
     "",
     "Java-OCA-OCPP: compares To and identity, WS-Addressing 2004/08, From as text",
     {Quirk::ReplyIdentity, Quirk::ReplyToPeer, Quirk::WriteOldAddressing, Quirk::BareFrom},
     {}},
    {"cxf",
     "steve",
     "chargers that were set up against SteVe: no From in requests, 1.2 answers with full URN",
     {Quirk::NoFrom, Quirk::UrnAction, Quirk::Milliseconds},
     {}},
    {"ev-server", "", "peers on node-soap, as ev-server is: headers without attributes", {}, {Quirk::MustUnderstand}},
    {"gsoap",
     "",
     "old gSOAP stacks: prefixes SOAP-ENV and wsa5, mustUnderstand in answers, no MessageID there",
     {Quirk::PrefixesWsa5, Quirk::ReplyMustUnderstand, Quirk::NoReplyMessageId},
     {}},
    {"apostol",
     "",
     "peers that match the prefixes s, a, cs and expect HTTP 200 with Faults",
     {Quirk::PrefixesSA, Quirk::ReplyIdentity, Quirk::SoapActionHeader, Quirk::Fault200},
     {}},
    {"minimal12",
     "",
     "1.2 peers that know no addressing: chargeBoxIdentity alone",
     {Quirk::OnlyIdentity},
     {Quirk::MustUnderstand}},
    {"strict", "", "reads by the contract and refuses what it forbids", {}, tolerances()},
};

/// All that is given must fit: vendor and model begin so (in any case), the prefix is that, the quirks are there.
struct Sign {
  std::string_view vendor, model, prefix;
  Quirks quirks;
  std::string_view profile;
};
constexpr Sign signs[] = {
    {"schneider", "", "", {}, "evlink"}, {"", "evlink", "", {}, "evlink"},
    {"keba", "", "", {}, "keba"},        {"", "evlunic", "", {}, "keba"},
    {"bender", "", "", {}, "bender"},    {"ebee", "", "", {}, "bender"},
    {"ies", "", "", {}, "ies"},          {"enovates", "", "", {}, "enovates"},
    {"", "", "v", {}, "ksoap2"},         {"", "", "", {Quirk::OldAddressing, Quirk::BareAddress}, "javaoca"},
};

bool beginsWith(std::string_view text, std::string_view start) {
  return ocpp::equalFold(text.substr(0, start.size()), start);
}

bool fits(const Sign& sign, const Clues& clues) {
  return beginsWith(clues.vendor, sign.vendor) && beginsWith(clues.model, sign.model) &&
         (sign.prefix.empty() || sign.prefix == clues.prefix) && sign.quirks.without(clues.quirks) == Quirks();
}

}  // namespace

const std::vector<Profile>& allProfiles() { return profiles; }
const Profile& standardProfile() { return profiles[0]; }

const Profile* findProfile(std::string_view name) {
  for (const Profile& each : profiles)
    if (each.name == name || (!each.alias.empty() && each.alias == name)) return &each;
  return nullptr;
}

std::string profileNames() {
  std::string all;
  for (const Profile& each : profiles) {
    all.append(all.empty() ? "" : ", ").append(each.name);
    if (!each.alias.empty()) all.append(" (").append(each.alias).append(")");
  }
  return all;
}

const Profile* recognise(const Clues& clues) {
  for (const Sign& sign : signs)
    if (fits(sign, clues)) return findProfile(sign.profile);
  return nullptr;
}

std::string_view rootPrefix(std::string_view document) {
  for (std::size_t at = document.find('<'); at < document.size(); at = document.find('<', at)) {
    const std::string_view rest = document.substr(at);
    const std::string_view end = rest.substr(0, 4) == "<!--" ? "-->" : rest.substr(0, 2) == "<?" ? "?>" : "";
    if (!end.empty()) {
      const std::size_t behind = document.find(end, at);
      if (behind == document.npos) return {};
      at = behind + end.size();
      continue;
    }
    const std::string_view tag = document.substr(at + 1, document.find_first_of(" \t\r\n/>", at) - at - 1);
    const std::size_t colon = tag.find(':');
    return colon == tag.npos ? std::string_view() : tag.substr(0, colon);
  }
  return {};
}

}  // namespace ocpp_s
