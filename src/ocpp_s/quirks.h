// SPDX-License-Identifier: GPL-2.0-or-later
// The table of quirks: each tolerance of reading, each change of meaning, each habit of writing has a row and a switch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/result.h"

namespace ocpp_s {

/// One row each in quirks.cpp, in this order.
enum class Quirk : std::uint8_t {
  // What is tolerated. Off: a message that needs it is refused.
  Padding,
  ContentType,
  ContentEncoding,
  Soap11,
  OldAddressing,
  HeaderMissing,
  HeaderNamespace,
  UnknownHeader,
  NotUnderstood,
  BareAddress,
  MessageId,
  Action,
  RelatesTo,
  IdentityInUrl,
  BodyNamespace,
  NamespaceSlash,
  NoNamespace,
  UnboundPrefix,
  ElementOrder,
  Misspelt,
  UnknownElement,
  Nil,
  EmptyValue,
  MissingValue,
  MeterShape,
  Markup,
  NumberForm,
  TimeForm,
  WordForm,
  UnknownWord,
  DroppedValue,
  TooLong,
  BadCharacters,
  EmptyReply,
  FaultShape,
  ReplyStatus,
  LostTransaction,
  LostReadings,
  // What is taken to mean something else.
  ConnectorZero,
  FillTransaction,
  TagSuffix,
  TagUpperCase,
  // How we write.
  MustUnderstand,
  ReplyMustUnderstand,
  ReplyIdentity,
  ReplyToPeer,
  NoReplyMessageId,
  NoFrom,
  BareFrom,
  OnlyIdentity,
  UrnAction,
  WriteSoap11,
  WriteOldAddressing,
  PrefixesSA,
  PrefixesWsa5,
  Milliseconds,
  NoDeclaration,
  ReplyAction,
  PlainContentType,
  SoapActionHeader,
  Fault500,
  Fault200,
  count
};
constexpr std::size_t quirkCount = static_cast<std::size_t>(Quirk::count);

/// A set of quirks that are on.
class Quirks {
 public:
  constexpr Quirks() = default;
  constexpr Quirks(std::initializer_list<Quirk> on) {
    for (const Quirk each : on) set(each, true);
  }
  constexpr bool has(Quirk quirk) const { return (bits_ >> static_cast<unsigned>(quirk) & 1U) != 0; }
  constexpr void set(Quirk quirk, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(quirk);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }
  constexpr Quirks operator|(Quirks other) const { return Quirks(bits_ | other.bits_); }
  /// Those of this set that are not in the other.
  constexpr Quirks without(Quirks other) const { return Quirks(bits_ & ~other.bits_); }
  constexpr bool operator==(Quirks other) const { return bits_ == other.bits_; }
  constexpr bool operator!=(Quirks other) const { return bits_ != other.bits_; }

 private:
  explicit constexpr Quirks(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};
static_assert(quirkCount <= 64, "a set of quirks fits one word");

struct QuirkRow {
  enum class Group { Reading, Meaning, Writing };
  Quirk quirk;
  std::string_view name;  ///< For operators: chargers file, log, /health.
  Group group;
  bool standard;            ///< On unless a profile or the operator says otherwise.
  bool loses;               ///< Something of the message is lost or changed: each case is worth a line of the log.
  ocpp::FaultCode refusal;  ///< Of messages that need it while it is off (Reading only).
  std::string_view meaning;
};

const QuirkRow& quirkRow(Quirk quirk);
std::optional<Quirk> findQuirk(std::string_view name);
/// All that are on by default.
Quirks standardQuirks();

/// A tolerated deviation: of which kind, where (`/meterValue/0/unit`), and what was done about it.
struct Note {
  Quirk quirk{};
  std::string path;
  std::string text;
};
using Notes = std::vector<Note>;

/// The refusal of a message for the first of its notes that is not tolerated (G-6, ER-2).
std::optional<ocpp::Fault> judge(const Notes& notes, Quirks tolerated);

}  // namespace ocpp_s
