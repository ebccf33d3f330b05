using System.Text.Json;

namespace Myeloma.Fhir.Model.Generator;

/// <summary>StructureDefinitions of data types and resources → types, elements, bindings, constraints.</summary>
internal sealed class TypePacking
{
    private const string SystemTypes = "http://hl7.org/fhirpath/System.";
    private const string FhirTypeExtension = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

    private enum Kind : byte
    {
        Primitive,
        Complex,
        Backbone,
        Resource,
    }

    private sealed record PackedType(string Name, Kind Kind, bool IsAbstract, string? Base, List<int> Constraints, List<JsonElement> Elements);

    private readonly ValueSetCodes codes;
    private readonly List<PackedType> types = [];
    private readonly Dictionary<string, int> typeIndexes = [];
    private readonly Interned<string> constraints = new();
    private readonly Interned<string> codeSets = new();
    private readonly Interned<string> bindings = new();
    private readonly Interned<string> references = new();
    private readonly Interned<string> referenceLists = new();
    private readonly PackedWriter writer = new();

    private TypePacking(ValueSetCodes codes) => this.codes = codes;

    public static PackedWriter Pack(Definitions definitions, ValueSetCodes codes)
    {
        var packing = new TypePacking(codes);
        var structures = definitions.Read("profiles-types").Concat(definitions.Read("profiles-resources"))
            .OrderBy(structure => structure.String("name"), StringComparer.Ordinal)
            .ToList();
        foreach (var structure in structures) packing.AddTypes(structure);
        packing.Write();
        return packing.writer;
    }

    private void AddTypes(JsonElement structure)
    {
        var name = structure.String("name")!;
        var kind = structure.String("kind") switch
        {
            "primitive-type" => Kind.Primitive,
            "complex-type" => Kind.Complex,
            "resource" => Kind.Resource,
            var other => throw new InvalidOperationException($"{name} is of the unexpected kind '{other}'."),
        };
        var elements = structure.GetProperty("snapshot").Items("element").ToList();
        var source = structure.String("url")!;
        Add(name, kind, structure.Bool("abstract"), structure.String("baseDefinition")?.Split('/')[^1], elements[0], elements, source);
        foreach (var element in elements.Skip(1))
        {
            var path = element.String("path")!;
            if (!elements.Any(other => other.String("path")!.StartsWith(path + ".", StringComparison.Ordinal))) continue;
            Add(path, Kind.Backbone, false, element.Items("type").Single().String("code"), element, elements, source);
        }
    }

    private void Add(string path, Kind kind, bool isAbstract, string? baseType, JsonElement own, List<JsonElement> elements, string source)
    {
        var children = elements.Where(element => IsChild(element, path, kind)).ToList();
        typeIndexes.Add(path, types.Count);
        types.Add(new PackedType(path, kind, isAbstract, baseType, ConstraintsOf(own, source), children));
    }

    /// <summary>The value of a primitive is no child, and what may never occur (max 0) is no element.</summary>
    private static bool IsChild(JsonElement element, string path, Kind kind)
    {
        var other = element.String("path")!;
        return other.StartsWith(path + ".", StringComparison.Ordinal)
            && !other[(path.Length + 1)..].Contains('.', StringComparison.Ordinal)
            && element.String("max") != "0"
            && !(kind == Kind.Primitive && other.EndsWith(".value", StringComparison.Ordinal));
    }

    private List<int> ConstraintsOf(JsonElement element, string source) =>
    [
        .. element.Items("constraint").Select(constraint =>
        {
            var isError = constraint.String("severity") == "error";
            return constraints.IndexOf(
                Key(constraint.String("key"), isError, constraint.String("human"), constraint.String("expression"), constraint.String("source") ?? source),
                () =>
                {
                    writer.Text(constraint.String("key")!);
                    writer.Bool(isError);
                    writer.Text(constraint.String("human")!);
                    writer.Text(constraint.String("expression")!);
                    writer.TextOrNull(constraint.String("source") ?? source);
                });
        }),
    ];

    private void Write()
    {
        // The tables fill while the elements are gone through, so nothing is written before all of them are.
        var body = new List<Action>();
        foreach (var type in types)
        {
            var elements = type.Elements.Select(element => ElementOf(type, element)).ToList();
            body.Add(() =>
            {
                Ints(type.Constraints);
                writer.Int(elements.Count);
                foreach (var element in elements) element();
            });
        }

        constraints.Write(writer);
        codeSets.Write(writer);
        bindings.Write(writer);
        writer.Int(types.Count);
        foreach (var type in types)
        {
            writer.Text(type.Name);
            writer.Byte((byte)type.Kind);
            writer.Bool(type.IsAbstract);
            writer.Int(type.Base is null ? 0 : typeIndexes[type.Base] + 1);
        }

        references.Write(writer);
        referenceLists.Write(writer);
        foreach (var action in body) action();
    }

    private Action ElementOf(PackedType type, JsonElement element)
    {
        var name = element.String("path")![(type.Name.Length + 1)..];
        var isChoice = name.EndsWith("[x]", StringComparison.Ordinal);
        var flags = (isChoice ? 1 : 0) | (element.Bool("isSummary") ? 2 : 0) | (element.Bool("isModifier") ? 4 : 0);
        var min = element.GetProperty("min").GetInt32();
        var max = element.String("max") == "*" ? 0 : int.Parse(element.String("max")!, System.Globalization.CultureInfo.InvariantCulture);
        var typeNames = TypesOf(type, element);
        var list = ReferenceList(typeNames);
        var binding = element.TryGetProperty("binding", out var bound) && bound.String("valueSet") is not null ? BindingOf(bound) + 1 : 0;

        // What every type of the element demands already (ele-1, ext-1) is not repeated on the element.
        var demanded = typeNames.Select(entry => types[typeIndexes[entry.Type]].Constraints.AsEnumerable()).Aggregate((left, right) => left.Intersect(right)).ToHashSet();
        var own = ConstraintsOf(element, "http://hl7.org/fhir/StructureDefinition/" + type.Name.Split('.')[0]).Where(index => !demanded.Contains(index)).ToList();
        return () =>
        {
            writer.Text(isChoice ? name[..^3] : name);
            writer.Byte((byte)flags);
            writer.Int(min);
            writer.Int(max);
            writer.Int(list);
            writer.Int(binding);
            Ints(own);
        };
    }

    private List<(string Type, List<string> Targets)> TypesOf(PackedType type, JsonElement element)
    {
        var path = element.String("path")!;
        if (element.String("contentReference") is { } reference) return [(reference[1..], [])];
        if (typeIndexes.ContainsKey(path)) return [(path, [])];
        return [.. element.Items("type").Select(entry => (CodeOf(type, element, entry), TargetsOf(entry)))];
    }

    /// <summary>Resource ids are of type id, although the snapshot of 4.0.1 says string: https://hl7.org/fhir/R4/resource.html#id.</summary>
    private static string CodeOf(PackedType type, JsonElement element, JsonElement entry)
    {
        var code = entry.String("code")!;
        if (!code.StartsWith(SystemTypes, StringComparison.Ordinal)) return code;
        if (type.Kind == Kind.Resource && element.GetProperty("base").String("path") == "Resource.id") return "id";
        return entry.Items("extension").FirstOrDefault(extension => extension.String("url") == FhirTypeExtension) is { ValueKind: JsonValueKind.Object } stated
            ? stated.String("valueUrl")!
            : "string";
    }

    /// <summary>Resource types by name; none when any may be the target.</summary>
    private static List<string> TargetsOf(JsonElement entry)
    {
        var targets = entry.Strings("targetProfile").Select(profile => profile.Split('/')[^1]).ToList();
        return targets.Contains("Resource") ? [] : targets;
    }

    private int ReferenceList(List<(string Type, List<string> Targets)> entries)
    {
        var indexes = entries.ConvertAll(entry => references.IndexOf(Key(entry.Type, string.Join(' ', entry.Targets)), () =>
        {
            writer.Int(typeIndexes[entry.Type]);
            writer.Texts(entry.Targets);
        }));
        return referenceLists.IndexOf(string.Join(' ', indexes), () => Ints(indexes));
    }

    private int BindingOf(JsonElement binding)
    {
        var (strength, valueSet) = (binding.String("strength")!, binding.String("valueSet")!);
        var members = strength == "required" ? codes.Members(valueSet) : null;
        var codeSet = members is null ? 0 : 1 + codeSets.IndexOf(valueSet, () =>
        {
            writer.Int(members.Count);
            foreach (var (system, code) in members)
            {
                writer.Text(system);
                writer.Text(code);
            }
        });
        return bindings.IndexOf(Key(strength, valueSet), () =>
        {
            writer.Byte(strength switch
            {
                "example" => 0,
                "preferred" => 1,
                "extensible" => 2,
                "required" => 3,
                _ => throw new InvalidOperationException($"Unexpected binding strength '{strength}'."),
            });
            writer.Text(valueSet);
            writer.Int(codeSet);
        });
    }

    private void Ints(List<int> values)
    {
        writer.Int(values.Count);
        foreach (var value in values) writer.Int(value);
    }

    private static string Key(params object?[] parts) => string.Join('\u0001', parts);
}

/// <summary>A table of things written once and named by index.</summary>
internal sealed class Interned<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> indexes = [];
    private readonly List<Action> entries = [];

    /// <param name="write">Writes the entry when the table is written.</param>
    public int IndexOf(TKey key, Action write)
    {
        if (indexes.TryGetValue(key, out var index)) return index;
        indexes.Add(key, entries.Count);
        entries.Add(write);
        return entries.Count - 1;
    }

    public void Write(PackedWriter writer)
    {
        writer.Int(entries.Count);
        foreach (var entry in entries) entry();
    }
}
