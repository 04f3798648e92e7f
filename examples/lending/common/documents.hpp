// The store `documents`: what applicants sent, as they sent it, in MongoDB's language.
#pragma once

#include <memory>
#include <string>

#include "away.hpp"

struct _mongoc_client_t;

namespace lending {

class Documents {
  public:
    // Takes the place of an older document of this id, so that keeping it again changes nothing. Throws Away.
    // Where the platform gives no such store, nothing is kept.
    void keep(const std::string& collection, const std::string& id, const std::string& json);

  private:
    struct Close {
        void operator()(_mongoc_client_t* client) const;
    };

    _mongoc_client_t& connected();

    BackOff backOff_;
    std::unique_ptr<_mongoc_client_t, Close> client_;
};

}  // namespace lending
