using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>What searches saw at an earlier instant.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0010_views")]
internal sealed class M0010Views() : SqlMigration("0010_views");
