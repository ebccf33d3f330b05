using Myeloma.Fhir.Model.Generator;

if (args is ["subtags", var registry, var table])
{
    Console.WriteLine($"{table}: {SubtagTable.Save(registry, table)} rows");
    return 0;
}

if (args.Length != 3)
{
    Console.Error.WriteLine("Usage: Myeloma.Fhir.Model.Generator DEFINITIONS_FOLDER OUTPUT_FOLDER PROFILES_FOLDER");
    Console.Error.WriteLine("  DEFINITIONS_FOLDER  the R4 (4.0.1) definitions as gzip'd Bundles (profiles-types.json.gz, valuesets.json.gz, ...)");
    Console.Error.WriteLine("  OUTPUT_FOLDER       src/Myeloma.Fhir.Model/Schema/Data");
    Console.Error.WriteLine("  PROFILES_FOLDER     src/Myeloma.Fhir.Validation/Profiles/Data");
    Console.Error.WriteLine("   or: Myeloma.Fhir.Model.Generator subtags REGISTRY_JSON OUTPUT_FILE");
    Console.Error.WriteLine("  REGISTRY_JSON       data/json/registry.json of npm's language-subtag-registry");
    Console.Error.WriteLine("  OUTPUT_FILE         src/Myeloma.Fhir.Terminology/Grammars/Data/language-subtags.tsv");
    return 2;
}

var definitions = new Definitions(args[0]);
var codeSystems = definitions.Terminology("CodeSystem");
var valueSets = definitions.Terminology("ValueSet");

Save("types.br", TypePacking.Pack(definitions, new ValueSetCodes(codeSystems, valueSets)));
Save("search-parameters.br", SearchParameterPacking.Pack(definitions));
Save("code-systems.br", CodeSystemPacking.Pack(codeSystems));
Save("value-sets.br", ValueSetPacking.Pack(valueSets));
Console.WriteLine($"profiles.br: {ProfilePacking.Save(definitions, Path.Combine(args[2], "profiles.br"))} bytes");
return 0;

void Save(string name, PackedWriter writer)
{
    var length = writer.Save(Path.Combine(args[1], name));
    Console.WriteLine($"{name}: {length} bytes");
}
