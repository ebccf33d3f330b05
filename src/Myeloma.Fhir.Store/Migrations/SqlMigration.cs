using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>A migration whose statements stand in the embedded file <c>{name}.sql</c>. Forward only.</summary>
internal abstract class SqlMigration(string name) : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(Text());

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException($"Migration {name} is forward only; go back with a backup.");

    private string Text()
    {
        using var stream = typeof(SqlMigration).Assembly.GetManifestResourceStream($"Migrations.{name}.sql")
            ?? throw new InvalidOperationException($"The migration {name} has no embedded statements.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
