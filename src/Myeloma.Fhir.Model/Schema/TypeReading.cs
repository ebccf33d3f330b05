namespace Myeloma.Fhir.Model.Schema;

/// <summary>The types of the embedded data, with everything that several of them share made once.</summary>
internal static class TypeReading
{
    private const int Choice = 1;
    private const int Summary = 2;
    private const int Modifier = 4;

    /// <returns>All types, named ones and inline ones, in ordinal order of the definition they stand in.</returns>
    public static TypeSchema[] Read()
    {
        var reader = PackedReader.Open("types.br");
        var constraints = List(reader, ReadConstraint);
        var codeSets = List(reader, ReadCodes);
        var bindings = List(reader, each => ReadBinding(each, codeSets));
        var types = ReadHeads(reader);
        var references = List(reader, each => new TypeReference(types[each.Int()], each.Texts()));
        var referenceLists = List(reader, each => Pick(each, references));
        foreach (var type in types)
        {
            type.Constraints = Pick(reader, constraints);
            type.Elements = ReadElements(reader, type, referenceLists, bindings, constraints);
            type.RequiredElements = RequiredOf(type);
        }

        return types;
    }

    /// <summary>No type of R4 has more than 64 elements, so one word holds a bit for each.</summary>
    private static ulong RequiredOf(TypeSchema type)
    {
        ulong required = 0;
        foreach (var element in type.Elements)
            if (element.Min > 0) required |= 1UL << element.Index;
        return required;
    }

    private static ConstraintSchema ReadConstraint(PackedReader reader)
    {
        var key = reader.Text();
        var isError = reader.Bool();
        return new ConstraintSchema(key, isError, reader.Text(), reader.Text(), reader.TextOrNull());
    }

    private static RequiredCodes ReadCodes(PackedReader reader)
    {
        var members = new (string System, string Code)[reader.Int()];
        for (var index = 0; index < members.Length; index++) members[index] = (reader.Text(), reader.Text());
        return new RequiredCodes(members);
    }

    private static BindingSchema ReadBinding(PackedReader reader, RequiredCodes[] codeSets)
    {
        var strength = (BindingStrength)reader.Byte();
        var valueSet = reader.Text();
        var codes = reader.Int();
        return new BindingSchema(strength, valueSet, codes == 0 ? null : codeSets[codes - 1]);
    }

    private static TypeSchema[] ReadHeads(PackedReader reader)
    {
        var types = new TypeSchema[reader.Int()];
        var bases = new int[types.Length];
        for (var index = 0; index < types.Length; index++)
        {
            var name = reader.Text();
            var kind = (TypeKind)reader.Byte();
            types[index] = new TypeSchema
            {
                Name = name,
                Kind = kind,
                IsAbstract = reader.Bool(),
                Primitive = kind == TypeKind.Primitive ? Enum.Parse<PrimitiveKind>(name, ignoreCase: true) : PrimitiveKind.None,
            };
            bases[index] = reader.Int();
        }

        for (var index = 0; index < types.Length; index++)
            if (bases[index] > 0) types[index].BaseType = types[bases[index] - 1];
        return types;
    }

    private static ElementSchema[] ReadElements(
        PackedReader reader, TypeSchema type, TypeReference[][] referenceLists, BindingSchema[] bindings, ConstraintSchema[] constraints)
    {
        var elements = new ElementSchema[reader.Int()];
        for (var index = 0; index < elements.Length; index++)
        {
            var name = reader.Text();
            var flags = reader.Byte();
            var isChoice = (flags & Choice) != 0;
            var min = reader.Int();
            var max = reader.Int();
            var types = referenceLists[reader.Int()];
            var binding = reader.Int();
            elements[index] = new ElementSchema
            {
                Name = name,
                Path = $"{type.Name}.{name}{(isChoice ? "[x]" : "")}",
                Min = min,
                Max = max == 0 ? int.MaxValue : max,
                IsChoice = isChoice,
                IsSummary = (flags & Summary) != 0,
                IsModifier = (flags & Modifier) != 0,
                Types = types,
                Binding = binding == 0 ? null : bindings[binding - 1],
                Constraints = Pick(reader, constraints),
                Index = index,
            };
        }

        return elements;
    }

    private static T[] List<T>(PackedReader reader, Func<PackedReader, T> read)
    {
        var list = new T[reader.Int()];
        for (var index = 0; index < list.Length; index++) list[index] = read(reader);
        return list;
    }

    private static T[] Pick<T>(PackedReader reader, T[] from)
    {
        var count = reader.Int();
        if (count == 0) return [];
        var picked = new T[count];
        for (var index = 0; index < count; index++) picked[index] = from[reader.Int()];
        return picked;
    }
}
