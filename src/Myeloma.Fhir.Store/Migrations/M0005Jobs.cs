using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Requests that are answered later.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0005_jobs")]
internal sealed class M0005Jobs() : SqlMigration("0005_jobs");
