using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Which server may answer reads from its memory.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0010b_hot_lease")]
internal sealed class M0010bHotLease() : SqlMigration("0010b_hot_lease");
