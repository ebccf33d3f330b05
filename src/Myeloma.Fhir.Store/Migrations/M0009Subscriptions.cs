using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>How far subscriptions are, and what is still to be delivered.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0009_subscriptions")]
internal sealed class M0009Subscriptions() : SqlMigration("0009_subscriptions");
