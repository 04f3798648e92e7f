// The connections of one request at a time; few sets are kept, each connects when it is first needed.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "../common/books.hpp"
#include "../common/cache.hpp"
#include "../common/documents.hpp"

namespace lending {

struct Stores {
    Books books;
    Cache cache;
    Documents documents;
};

// Any thread. There are as many sets as there were requests at once.
class StorePool {
  public:
    struct Return {
        StorePool* pool;
        void operator()(Stores* stores) const { pool->take_back(stores); }
    };
    using Borrowed = std::unique_ptr<Stores, Return>;

    Borrowed borrow() {
        const std::scoped_lock lock(mutex_);
        if (free_.empty()) return {new Stores, {this}};
        Stores* stores = free_.back().release();
        free_.pop_back();
        return {stores, {this}};
    }

  private:
    void take_back(Stores* stores) {
        const std::scoped_lock lock(mutex_);
        free_.emplace_back(stores);
    }

    std::mutex mutex_;
    std::vector<std::unique_ptr<Stores>> free_;
};

}  // namespace lending
