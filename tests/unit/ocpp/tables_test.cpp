// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of the vocabulary: literals per version, faults, the list of actions.
#include <set>

#include "ocpp/literals.h"
#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "tests/support/test.h"

using namespace ocpp;

namespace {

/// Calls visit with the name of every enumeration that a message uses, once per field.
template <class Visit>
void forEachEnum(Visit visit) {
  const auto walk = [&](auto message) {
    using M = decltype(message);
    const auto each = [&](auto& self, auto& value) -> void {
      using V = std::remove_reference_t<decltype(value)>;
      if constexpr (IsOptional<V>::value) {
        typename V::value_type inner{};
        self(self, inner);
      } else if constexpr (IsList<V>::value) {
        typename V::value_type inner{};
        self(self, inner);
      } else if constexpr (IsDescribed<V>::value) {
        V::describe(value, [&](const auto&, auto& member) { self(self, member); });
      } else if constexpr (std::is_enum_v<V>) {
        visit(value);
      }
    };
    M m;
    each(each, m);
  };
  Actions::forEach([&](auto tag) {
    using A = typename decltype(tag)::type;
    walk(typename A::Request{});
    walk(typename A::Response{});
  });
}

}  // namespace

TEST(literalRoundTrip, "L-5: every plain literal of every version reads back as the value that wrote it") {
  int cells = 0;
  forEachEnum([&](auto sample) {
    using E = decltype(sample);
    for (const auto& row : Literals<E>::rows)
      for (const Encoding encoding : allEncodings) {
        CPPUNIT_ASSERT(&row - Literals<E>::rows == static_cast<std::ptrdiff_t>(row.value));
        if (!has(row.value, encoding)) continue;
        const auto back = read<E>(write(row.value, encoding), encoding);
        CPPUNIT_ASSERT(back && back->value == row.value && back->match == Match::Exact);
        ++cells;
      }
  });
  CPPUNIT_ASSERT(cells > 400);
}

TEST(literalNearest,
     "2.2, 2.3: the nearest word of a poorer version is written and never read back as the richer value") {
  CPPUNIT_ASSERT(write(ChargePointStatus::Charging, Encoding::Soap15) == "Occupied");
  CPPUNIT_ASSERT(read<ChargePointStatus>("Occupied", Encoding::Soap15)->value == ChargePointStatus::Occupied);
  CPPUNIT_ASSERT(write(ChargePointStatus::Reserved, Encoding::Soap12) == "Unavailable");
  CPPUNIT_ASSERT(write(RegistrationStatus::Pending, Encoding::Soap15) == "Rejected");
  CPPUNIT_ASSERT(write(ChargePointErrorCode::OverVoltage, Encoding::Soap15) == "OtherError");
  CPPUNIT_ASSERT(write(ChargePointErrorCode::OverVoltage, Encoding::Soap12) == "NoError");
  CPPUNIT_ASSERT(read<ChargePointErrorCode>("Mode3Error", Encoding::Soap12)->value ==
                 ChargePointErrorCode::EVCommunicationError);
  CPPUNIT_ASSERT(write(UnitOfMeasure::A, Encoding::Soap15) == "Amp");
  CPPUNIT_ASSERT(write(ChargePointStatus::Occupied, Encoding::Json16).empty());
}

TEST(literalLenient, "L-5: case, blanks and words of other versions are read leniently, unknown words not at all") {
  CPPUNIT_ASSERT(read<UnitOfMeasure>(" KWH ", Encoding::Soap15)->match == Match::Lenient);
  CPPUNIT_ASSERT(read<UnitOfMeasure>("Amp", Encoding::Soap16)->value == UnitOfMeasure::A);
  CPPUNIT_ASSERT(read<DataTransferStatus>("UnknownVendor", Encoding::Json16)->value ==
                 DataTransferStatus::UnknownVendorId);
  CPPUNIT_ASSERT(!read<UnitOfMeasure>("Hertz", Encoding::Json16));
  CPPUNIT_ASSERT(!read<ChargePointStatus>("", Encoding::Soap15));
}

TEST(faultTable, "ER-4, 7.1: every fault code has its row, and both spellings of OCPP-J error codes are read") {
  for (int i = 0; i <= static_cast<int>(FaultCode::VersionMismatch); ++i)
    CPPUNIT_ASSERT(faultRow(static_cast<FaultCode>(i)).code == static_cast<FaultCode>(i));
  CPPUNIT_ASSERT(faultFromJson("OccurrenceConstraintViolation") == FaultCode::OccurenceConstraintViolation);
  CPPUNIT_ASSERT(faultFromJson("FormatViolation") == FaultCode::FormationViolation);
  CPPUNIT_ASSERT(faultFromJson("NoSuchCode") == FaultCode::GenericError);
  CPPUNIT_ASSERT(faultFromSoap(true, "securityerror") == FaultCode::SecurityError);
  CPPUNIT_ASSERT(faultFromSoap(true, "") == FaultCode::ProtocolError);
  CPPUNIT_ASSERT(faultFromSoap(false, "Whatever") == FaultCode::InternalError);
}

TEST(actionList, "the list of actions has each action once, found by its exact name") {
  std::set<std::string_view> names(std::begin(Actions::names), std::end(Actions::names));
  CPPUNIT_ASSERT_EQUAL(actionCount, names.size());
  for (std::size_t i = 0; i < actionCount; ++i) CPPUNIT_ASSERT(findAction(Actions::names[i]) == i);
  CPPUNIT_ASSERT(!findAction("bootNotification"));
  CPPUNIT_ASSERT_EQUAL(std::string_view("Reset"), actionName(Request(Reset::Request{})));
}
