// SPDX-License-Identifier: GPL-2.0-or-later
// Messages survive the text of the database unchanged.
#include "bridge/record_text.h"

#include <chrono>

#include "ocpp/literals.h"
#include "tests/support/random_message.h"
#include "tests/support/test.h"

namespace {

ocpp::Request again(const ocpp::Request& request) {
  return bridge::readRequestText(ocpp::actionName(request), bridge::recordText(request));
}

template <class E>
void everyWordOnce() {
  for (const auto& row : ocpp::Literals<E>::rows)
    for (const auto& other : ocpp::Literals<E>::rows)
      if (&row != &other) CPPUNIT_ASSERT(ocpp::word(row.value) != ocpp::word(other.value));
}

}  // namespace

TEST(recordTextRoundTrip, "record text: random requests of every action and version come back unchanged") {
  for (const ocpp::Encoding encoding : ocpp::allEncodings) {
    test::RandomMessages random(20 + static_cast<unsigned>(encoding), encoding);
    for (std::size_t action = 0; action < ocpp::actionCount; ++action)
      for (int round = 0; round < 30; ++round) {
        const ocpp::Request request = random.request(action);
        CPPUNIT_ASSERT_EQUAL(test::dump(request), test::dump(again(request)));
      }
  }
}

TEST(recordTextRawWords, "record text: words that only OCPP 1.2 and 1.5 have survive") {
  ocpp::StatusNotification::Request status;
  status.status = ocpp::ChargePointStatus::Occupied;
  const std::string text = bridge::recordText(status);
  CPPUNIT_ASSERT(text.find("\"Occupied\"") != std::string::npos);
  ocpp::StatusNotification::Request back;
  bridge::readRecordText(text, back);
  CPPUNIT_ASSERT(back.status == ocpp::ChargePointStatus::Occupied);
  everyWordOnce<ocpp::ChargePointStatus>();
  everyWordOnce<ocpp::ChargePointErrorCode>();
  everyWordOnce<ocpp::Measurand>();
  everyWordOnce<ocpp::UnitOfMeasure>();
  everyWordOnce<ocpp::Reason>();
}

TEST(recordTextDates, "record text: milliseconds, local readings and years beyond four digits survive (L-11)") {
  ocpp::StopTransaction::Request stop;
  for (const std::int64_t ms :
       {0LL, 1LL, -1LL, 1700000000123LL, 253402300799999LL, 253402300800000LL, -62167219200001LL}) {
    stop.timestamp = {ocpp::Instant(ocpp::Duration(ms)), true};
    CPPUNIT_ASSERT_EQUAL(test::dump(stop), test::dump(std::get<ocpp::StopTransaction::Request>(again(stop))));
  }
  stop.timestamp = {ocpp::Instant(ocpp::Duration(1700000000123)), false};
  CPPUNIT_ASSERT(!std::get<ocpp::StopTransaction::Request>(again(stop)).timestamp.zoned);
}

TEST(recordTextExtremes,
     "record text: 64-bit transaction ids, empty data, large decimals, control characters survive") {
  ocpp::StopTransaction::Request stop;
  for (const std::int64_t id : {INT64_MIN, INT64_MAX, std::int64_t{-1}}) {
    stop.transactionId.value = id;
    CPPUNIT_ASSERT_EQUAL(id, std::get<ocpp::StopTransaction::Request>(again(stop)).transactionId.value);
  }
  ocpp::DataTransfer::Request data;
  data.data.emplace("");
  CPPUNIT_ASSERT(std::get<ocpp::DataTransfer::Request>(again(data)).data.has_value());
  data.data.emplace(std::string("\0\x01\"\\/\x7f\n", 7));
  CPPUNIT_ASSERT_EQUAL(std::string(*data.data), std::string(*std::get<ocpp::DataTransfer::Request>(again(data)).data));
  ocpp::SetChargingProfile::Request profile;
  profile.csChargingProfiles.chargingSchedule.minChargingRate = ocpp::Decimal{900'719'925'474'099'301};
  CPPUNIT_ASSERT_EQUAL(test::dump(profile), test::dump(std::get<ocpp::SetChargingProfile::Request>(again(profile))));
}

TEST(recordTextRefuses, "record text: damaged text is refused with the place, never read as something else") {
  const auto refusal = [](const char* action, const char* text) -> std::string {
    try {
      bridge::readRequestText(action, text);
    } catch (const std::runtime_error& error) { return error.what(); }
    return "accepted";
  };
  CPPUNIT_ASSERT_EQUAL(std::string("not JSON"), refusal("Heartbeat", "{"));
  CPPUNIT_ASSERT_EQUAL(std::string("unknown action Nonsense"), refusal("Nonsense", "{}"));
  CPPUNIT_ASSERT_EQUAL(std::string("unreadable value of idTag"), refusal("Authorize", "{}"));
  CPPUNIT_ASSERT_EQUAL(std::string("unreadable value of idTag"), refusal("Authorize", "{\"idTag\":7}"));
  CPPUNIT_ASSERT_EQUAL(std::string("unreadable value of type"), refusal("Reset", "{\"type\":\"Warm\"}"));
}
