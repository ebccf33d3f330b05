using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Concepts of large code systems.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0014_concepts")]
internal sealed class M0014Concepts() : SqlMigration("0014_concepts");
